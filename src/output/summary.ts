/** What a login has come to, as it stays on the ordinary screen. The same in every face. */
import stringWidth from "string-width";
import { remedyText } from "../auth/errors.ts";
import { shellCommand } from "../auth/system/shell-word.ts";
import {
	type IntegrationRow,
	type LoginResult,
	type LoginSnapshot,
	soleResult,
	type TargetView,
} from "../flows/snapshot.ts";
import { shortDuration, utcTime } from "./duration.ts";
import { errorLines } from "./error-lines.ts";
import { goneText } from "./gone.ts";
import { plainStyle, type Style, shown } from "./style.ts";

/**
 * @param snapshot the last one of a login that succeeded, at least in part; for any other there is nothing to say
 * @param now milliseconds since the epoch, for what is left of the time
 * @returns the lines, without line breaks
 */
export function summaryLines(snapshot: LoginSnapshot, now: number, style: Style = plainStyle): string[] {
	const { targets } = snapshot;
	const result = soleResult(snapshot);
	if (result === undefined && (targets.length < 2 || targets.every(({ state }) => state === "waiting"))) return [];
	const lines =
		result === undefined ? tableLines(targets, now, style) : [headline(result, style), "", ...details(result, now)];
	const rest = [
		...discovered(snapshot, style),
		...snapshot.integrations.flatMap((row) => integrationLines(row, now, style)),
	];
	if (rest.length > 0) lines.push("", ...rest);
	return lines.map((line) => shown(line, style));
}

/** A line for each of several targets, with what went wrong below it. */
function tableLines(targets: readonly TargetView[], now: number, style: Style): string[] {
	const done = targets.filter(({ state }) => state === "done").length;
	const count = done === targets.length ? `${done} identities` : `${done} of ${targets.length} identities`;
	const widest = Math.max(...targets.map(({ name }) => stringWidth(name)));
	const padded = (name: string): string => name + " ".repeat(widest - stringWidth(name));
	return [
		done === 0 ? "Could not authenticate" : `Successfully authenticated as ${style.paint("bold", count)}`,
		"",
		...targets.flatMap(({ name, result, error }) => {
			if (result !== undefined) {
				return [`${style.paint("good", style.ok)} ${padded(name)}  ${resultWords(result, now)}`];
			}
			// A login that was cancelled in the middle.
			if (error === undefined) return [`${style.paint("soon", style.failed)} ${padded(name)}  not signed in`];
			const [, ...more] = errorLines(error, style);
			return [
				`${style.paint("bad", style.failed)} ${padded(name)}  ${error.message}`,
				...more.map((line) => `  ${line}`),
			];
		}),
	];
}

function resultWords({ account, role, expiresAt, stillValid, provider }: LoginResult, now: number): string {
	const place = account?.name ?? account?.id;
	const where =
		role === undefined ? (place ?? provider ?? "signed in") : place === undefined ? role : `${role} in ${place}`;
	const until = expiresAt === undefined ? undefined : `${shortDuration(expiresAt - now)} left`;
	const how = [stillValid ? "still valid" : undefined, until].filter((part) => part !== undefined).join(", ");
	return how === "" ? where : `${where} (${how})`;
}

function headline(result: LoginResult, style: Style): string {
	const who = style.paint("bold", result.identity ?? result.provider ?? "");
	const how = result.identity === undefined ? "Successfully authenticated with" : "Successfully authenticated as";
	return `${how} ${who}${result.stillValid ? " (still valid)" : ""}`;
}

function details(result: LoginResult, now: number): string[] {
	const { account, expiresAt } = result;
	const named = account?.id !== undefined && account.name !== undefined ? `${account.id} (${account.name})` : undefined;
	const rows: (readonly [string, string | undefined])[] = [
		["Provider", result.provider],
		["Account", named ?? account?.id ?? account?.name],
		["Region", result.region],
		["Expires", expiresAt === undefined ? undefined : `${utcTime(expiresAt)} (${shortDuration(expiresAt - now)})`],
	];
	return rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(8)}  ${value}`]));
}

function discovered(snapshot: LoginSnapshot, style: Style): string[] {
	const { discovery } = snapshot;
	if (discovery?.accountsTotal === undefined) return [];
	const accounts = `${discovery.accountsTotal} ${discovery.accountsTotal === 1 ? "account" : "accounts"}`;
	const found = discovery.identities.length;
	return [
		found === 0
			? `${style.paint("soon", style.failed)} Identities: none found in ${accounts}`
			: `${style.paint("good", style.ok)} Identities: ${found} found in ${accounts}`,
		...(discovery.gone === undefined ? [] : [`${style.paint("soon", style.failed)} ${goneText(discovery.gone)}`]),
		...discovery.failedAccounts.map(
			({ account, message }) => `${style.paint("bad", style.failed)} Identities of ${account}: ${message}`,
		),
	];
}

/** The line of an integration, and how to try it again where it failed. */
export function integrationLines(row: IntegrationRow, now: number, style: Style): string[] {
	const label = row.label === "" ? row.name : row.label;
	switch (row.state) {
		case "failed": {
			// `dev-eks → ~/.config/…` is where it would have been written; the name before it says which one it is.
			const [name = ""] = row.target.split(" → ");
			const what = name === "" ? "" : ` ${name}`;
			const { message = row.text, details = [], remedy } = row.error ?? {};
			return [
				`${style.paint("bad", style.failed)} ${label}:${what} failed: ${message}`,
				...details.map((detail) => `  ${detail}`),
				...(remedy === undefined ? [] : [`  try: ${remedyText(remedy)}`]),
				`  retry: ${style.paint("accent", shellCommand(row.retry))}`,
			];
		}
		case "ok":
		case "reused": {
			const expires = row.expiresAt === undefined ? "" : ` (expires in ${shortDuration(row.expiresAt - now)})`;
			return [
				`${style.paint("good", style.ok)} ${label}: ${row.target}${expires}`,
				...row.notes.map((note) => `  ${note}`),
			];
		}
		default:
			return [];
	}
}
