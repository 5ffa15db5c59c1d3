/** Where this process runs, seen from the person in front of the screen. */
import { existsSync } from "node:fs";
import { isCi } from "./ci.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the terminal is on another machine. */
export function isRemote(env: Environment): boolean {
	return Boolean(env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT);
}

/** Whether this is the Windows Subsystem for Linux. */
export function isWsl(env: Environment, platform: NodeJS.Platform): boolean {
	return platform === "linux" && Boolean(env.WSL_DISTRO_NAME || env.WSL_INTEROP);
}

/** Whether this runs in a container or a hosted workspace, where a browser would open out of sight, if at all. */
export function isContainer(env: Environment, exists: (path: string) => boolean = existsSync): boolean {
	return isWorkspace(env) || isBareContainer(env, exists);
}

function isWorkspace(env: Environment): boolean {
	return Boolean(
		env.CODESPACES || env.REMOTE_CONTAINERS || env.DEVCONTAINER || env.GITPOD_WORKSPACE_ID || env.CLOUD_SHELL,
	);
}

function isBareContainer(env: Environment, exists: (path: string) => boolean): boolean {
	return Boolean(env.container || env.KUBERNETES_SERVICE_HOST) || exists("/.dockerenv") || exists("/run/.containerenv");
}

export interface PlaceOfRun {
	readonly env: Environment;
	readonly platform: NodeJS.Platform;
	/** Whether a file exists; the real ones, if left out. */
	readonly exists?: ((path: string) => boolean) | undefined;
}

/** A place, as far as it matters for how a person signs in. */
export interface Place {
	readonly name: "desktop" | "wsl" | "ssh" | "workspace" | "container" | "ci" | "no-display";
	/** Whether a browser in front of the person reaches a listener on 127.0.0.1 of this process. */
	readonly reachesLoopback: boolean;
	/** Such as "an SSH session". */
	readonly text: string;
}

/** Best known first: a container that is reached by SSH is one that is reached by SSH. */
export function placeOf({ env, platform, exists = existsSync }: PlaceOfRun): Place {
	if (isCi(env)) return { name: "ci", reachesLoopback: false, text: "a CI job" };
	if (env.CODESPACES) return { name: "workspace", reachesLoopback: false, text: "a codespace" };
	if (isWorkspace(env)) return { name: "workspace", reachesLoopback: false, text: "a hosted workspace" };
	if (isRemote(env)) return { name: "ssh", reachesLoopback: false, text: "an SSH session" };
	if (isBareContainer(env, exists)) return { name: "container", reachesLoopback: false, text: "a container" };
	// Windows forwards its own loopback into the subsystem.
	if (isWsl(env, platform)) return { name: "wsl", reachesLoopback: true, text: "WSL" };
	if (platform === "darwin" || platform === "win32" || env.DISPLAY || env.WAYLAND_DISPLAY)
		return { name: "desktop", reachesLoopback: true, text: "a desktop" };
	return { name: "no-display", reachesLoopback: false, text: "a machine without a display" };
}
