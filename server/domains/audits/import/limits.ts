/** How much of a file is read. Whatever is larger is refused with a sentence before, or while, it is opened. */
const MEGABYTE = 1024 * 1024

export const MOST_FILE_BYTES = 15 * MEGABYTE
export const MOST_ROWS = 50_000
export const MOST_COLUMNS = 100
/** Of all parts of a workbook together, whatever the archive says of itself. */
export const MOST_EXPANDED_BYTES = 150 * MEGABYTE
export const MOST_PARTS = 500
/** Of the thread that reads. Beyond it the thread ends, not the service. */
export const MOST_HEAP_MEGABYTES = 700
export const LONGEST_READING_SECONDS = 60
/** Of the problems kept and shown; nobody mends more at a time. */
export const MOST_PROBLEMS = 500
