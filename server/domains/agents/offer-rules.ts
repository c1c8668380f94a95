/** With so many missed in a row an agent is not at the screen: what is due goes to the others. */
export const MOST_MISSED_OFFERS = 2
