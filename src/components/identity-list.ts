/** The rows of the identities screen, prepared once: cleaned, folded for the filter and measured. */
import type { BoardRow, Choice } from "../flows/snapshot.ts";
import { fold } from "./filter-list/match.ts";
import type { ListEntry } from "./filter-list/state.ts";
import { clean, widthOf } from "./text.ts";

export interface BoardEntry extends ListEntry {
	readonly row: BoardRow;
	readonly name: string;
	readonly account: string;
	readonly role: string;
	/** `name`, `account` and `role` in `fields`. */
	readonly problem: string | undefined;
}

export interface Board {
	readonly entries: readonly BoardEntry[];
	/** Widest text of each column over the whole list, so that columns stay where they are while the list scrolls. */
	readonly widest: { readonly name: number; readonly account: number; readonly role: number };
}

/** Places of the shown columns in `fields`. */
export const NAME = 0;
export const ACCOUNT = 1;
export const ROLE = 2;

/** What follows the name of the default identity. */
export const DEFAULT_MARK = "  default";

/** `aws/permission-set` as words, where nothing better is known. */
function kindWords(kind: string): string {
	return (kind.split("/").at(-1) ?? kind).replaceAll("-", " ");
}

/** @param choice its rows come in the order in which they are to be shown */
export function prepareBoard(choice: Choice): Board {
	const widest = { name: 0, account: 0, role: 0 };
	const entries = choice.rows.map((row): BoardEntry => {
		const name = clean(row.name);
		const account = clean(row.account);
		const role = clean(row.role) || kindWords(clean(row.kind));
		widest.name = Math.max(widest.name, widthOf(name) + (row.isDefault ? DEFAULT_MARK.length : 0));
		widest.account = Math.max(widest.account, widthOf(account));
		widest.role = Math.max(widest.role, widthOf(role));
		return {
			key: row.key,
			row,
			name,
			account,
			role,
			problem: row.problem === undefined ? undefined : clean(row.problem),
			fields: [name, account, role, clean(row.kind), ...row.tags.map(clean)].map(fold),
		};
	});
	return { entries, widest };
}

/** Columns of a line, in columns of the terminal. Those that are 0 are left out. */
export interface Columns {
	readonly name: number;
	readonly account: number;
	readonly role: number;
	readonly session: number;
	/** Within `session`: the bar, and the time beside it. */
	readonly bar: number;
	readonly time: number;
	/** Between two columns. */
	readonly gap: number;
}

/** Pointer and symbol before the name. */
export const LEAD = 4;
const GAP = 2;
const LEAST = { name: 16, account: 10, role: 12 } as const;
/** A column needs no more room than this beyond what its widest text takes. */
const SLACK = 14;

/**
 * Divides a line. A narrow one loses the role first, then the account; never the session.
 *
 * @param width columns of the line
 */
export function columnsFor(width: number, widest: Board["widest"]): Columns {
	const session =
		width >= 66
			? { session: 17, bar: 8, time: 8 }
			: width >= 46
				? { session: 14, bar: 5, time: 8 }
				: { session: 7, bar: 0, time: 7 };
	const least = {
		name: Math.min(LEAST.name, widest.name),
		account: Math.min(LEAST.account, widest.account),
		role: Math.min(LEAST.role, widest.role),
	};
	const room = width - LEAD - session.session - GAP;
	const withRole = least.name + least.account + least.role + 2 * GAP <= room && widest.role > 0;
	const withAccount = least.name + least.account + GAP <= room && widest.account > 0;
	const shown = (
		["name", ...(withAccount ? ["account"] : []), ...(withRole && withAccount ? ["role"] : [])] as const
	).map((column) => column as keyof typeof least);
	let left = room - (shown.length - 1) * GAP;
	const widths = { name: 0, account: 0, role: 0 };
	if (shown.length === 1) {
		widths.name = Math.max(1, Math.min(left, Math.max(widest.name + SLACK, 1)));
	} else {
		for (const column of shown) {
			widths[column] = least[column];
			left -= least[column];
		}
		// A column of the terminal at a time, so that a long one does not leave the others short.
		for (let given = 1; left > 0 && given > 0; ) {
			given = 0;
			for (const column of shown) {
				if (left === 0 || widths[column] >= widest[column]) continue;
				widths[column]++;
				left--;
				given++;
			}
		}
		const more = Math.min(SLACK, Math.floor(left / shown.length));
		for (const column of shown) widths[column] += more;
	}
	return { ...widths, ...session, gap: GAP };
}
