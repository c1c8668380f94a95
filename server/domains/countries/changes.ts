/** Announced with the country's id when its trunk was paused or resumed, or its set-up changed. */
export const COUNTRY_CHANGED = 'country.changed'
