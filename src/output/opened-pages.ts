/** What came of the pages that were opened by themselves, for the faces that say so. */
export interface OpenedPages {
	/** In a few words, such as "opened in Firefox"; undefined while nothing is known, or nothing was tried. */
	outcome(url: string): string | undefined;
	/** @returns a function that ends it */
	subscribe(listener: (url: string, outcome: string) => void): () => void;
}
