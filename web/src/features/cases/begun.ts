/** Key of a case that is being written, followed by its callback's id: see ui/begun.svelte.ts. */
export const BEGUN_CASES = 'case of callback '
