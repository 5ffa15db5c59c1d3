/** Where this process runs, seen from the person in front of the screen. */
import { existsSync } from "node:fs";

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
	return (
		Boolean(
			env.container ||
				env.KUBERNETES_SERVICE_HOST ||
				env.CODESPACES ||
				env.REMOTE_CONTAINERS ||
				env.DEVCONTAINER ||
				env.GITPOD_WORKSPACE_ID ||
				env.CLOUD_SHELL,
		) ||
		exists("/.dockerenv") ||
		exists("/run/.containerenv")
	);
}
