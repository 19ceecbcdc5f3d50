/** What is wrong with the widgets of a page, a sentence each. Runs in the browser, and uses nothing from outside. */
export function pageFaults(): readonly string[];
