/** `12 345 characters`: thousands apart, as nobody counts the digits. */
export function counted(count: number, what: string): string {
	return `${String(count).replace(/\B(?=(\d{3})+$)/g, " ")} ${what}${count === 1 ? "" : "s"}`;
}
