/**
 * The ordinary subscribers of a country, as dialplan patterns (`X` a digit, `[3-9]` one of these): mobile, and fixed
 * lines where workers have them. What a call to is dearer than a call (premium, shared cost, information services) is
 * left out, as are freephone, internet and company-wide numbers. Written down apart from the library that the service
 * asks, so that the two locks do not share a mistake; test/rules/asterisk-number-plans.test.ts holds one against the other.
 * Source: written by hand from the national numbering plans, then checked against libphonenumber; a few small towns' fixed lines are missing.
 */
const PLANS: Readonly<Record<string, readonly string[]>> = {
  BD: [
    ...['+8801[13-9]XXXXXXXX', '+8803[78]XXXXXXXX', '+88044XXXXXXXX', '+8806[46]XXXXXXXX'],
    ...['+8802XXXXXXX', '+8802XXXXXXXX', '+8802XXXXXXXXX', '+880[3-7]XXXXXX', '+880[3-7]XXXXXXX', '+880[3-7]XXXXXXXX'],
    ...['+880[89][0-57-9]XXXXX', '+880[89][1-5]XXXXXX', '+880[89][1-5]XXXXXXX'],
  ],
  CN: [
    '+861[3-9]XXXXXXXXX',
    ...['+8610XXXXXXXX', '+862XXXXXXXXX', '+86[3-8][1-9]XXXXXXXX', '+86[3-8][1-9]XXXXXXXXX'],
    // 950 is for companies.
    ...['+869[1-46-9]XXXXXXXX', '+869[1-46-9]XXXXXXXXX', '+8695[1-9]XXXXXXX', '+8695[1-9]XXXXXXXX'],
  ],
  // 140 is for advertisers.
  IN: ['+91[6-9]XXXXXXXXX', '+91[2-5]XXXXXXXXX', '+911[1-35-7]XXXXXXXX', '+9114[1-9]XXXXXXX'],
  TR: [
    ...['+905[03-6]XXXXXXXX', '+9051[06]XXXXXXX', '+90524XXXXXXX', '+9057[2-5]XXXXXXX', '+9058XXXXXXXX', '+9059[46]XXXXXXX'],
    ...['+90[2-3]XXXXXXXXX', '+904[1-8]XXXXXXXX'],
  ],
  VN: ['+84[35]XXXXXXXX', '+847[06-9]XXXXXXX', '+848[1-9]XXXXXXX', '+849XXXXXXXX', '+841[46]0XXXXXX', '+84121XXXXXX', '+842XXXXXXXXX'],
}

const SHORTEST_NUMBER = 8
const LONGEST_NUMBER = 15

/**
 * The dialplan patterns of the numbers that a trunk may dial: its country's ordinary subscribers that begin with one of
 * the prefixes. Of a country without a plan here only the beginning and the length (8 to 15 digits) are known.
 * @param prefixes E.164 beginnings, such as `+880` or `+88017`
 */
export function dialPatterns(countryId: string, prefixes: readonly string[]): string[] {
  const plan = PLANS[countryId]
  const patterns = prefixes.flatMap((prefix) => (plan ? plan.flatMap((pattern) => narrow(pattern, prefix)) : anyLength(prefix)))
  return [...new Set(patterns)]
}

/** The pattern with the prefix's digits in place of its own signs; nothing when no number of it begins so. */
function narrow(pattern: string, prefix: string): string[] {
  const signs = pattern.match(/\[[^\]]*\]|./g) ?? []
  if (prefix.length >= signs.length) return []
  const fits = Array.from(prefix).every((digit, index) => allows(signs[index] ?? '', digit))
  return fits ? [prefix + signs.slice(prefix.length).join('')] : []
}

const allows = (sign: string, digit: string) => new RegExp(`^${sign === '+' ? '\\+' : sign.replace('X', '[0-9]')}$`).test(digit)

function anyLength(prefix: string): string[] {
  const digits = prefix.length - 1
  const shortest = Math.max(SHORTEST_NUMBER, digits + 1)
  return Array.from({ length: LONGEST_NUMBER - shortest + 1 }, (_, index) => prefix + 'X'.repeat(shortest + index - digits))
}
