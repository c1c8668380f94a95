/** Loudness of every prompt (root mean square, 1 is full scale): −20 dB, as loud as a person on the telephone. */
export const PROMPT_LEVEL = 0.1
/** No sample goes beyond this, so that a carrier's codec does not clip it. */
export const HIGHEST_PEAK = 0.9
