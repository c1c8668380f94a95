/** What one part comes to; its figures bear its name. */
export type PartResult = { figures: Record<string, number>; holds: boolean }
/** @param seconds how long it lasts, for one that lasts as long as it is told */
export type Part = (log: (line: string) => void, options: { seconds: number; signal: AbortSignal }) => Promise<PartResult>
