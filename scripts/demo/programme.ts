/**
 * The demo programme: five countries with their lines and carriers, one person of each role, an agent for each language.
 * Numbers: no country of the five keeps any for fiction. Workers' lie in mobile blocks that no operator sells, as the simulator's
 * do (scripts/simulator/numbers.ts); lines in rows of zeros. The carriers are simulated on loopback, so nobody can be rung by
 * accident. Hours are all day, so that a newcomer may try a callback at any time.
 */
export const DEMO_HOURS = { opensAtLocal: '00:00', closesAtLocal: '23:59' }

export const languages = [
  { code: 'bn', ownName: 'বাংলা', direction: 'ltr', isTallScript: true },
  { code: 'vi', ownName: 'Tiếng Việt', direction: 'ltr', isTallScript: false },
  { code: 'zh', ownName: '中文', direction: 'ltr', isTallScript: false },
  { code: 'hi', ownName: 'हिन्दी', direction: 'ltr', isTallScript: true },
  { code: 'ta', ownName: 'தமிழ்', direction: 'ltr', isTallScript: true },
  { code: 'tr', ownName: 'Türkçe', direction: 'ltr', isTallScript: false },
  { code: 'ar', ownName: 'العربية', direction: 'rtl', isTallScript: true },
  { code: 'en', ownName: 'English', direction: 'ltr', isTallScript: false },
] as const

export type DemoCountry = {
  id: string
  name: string
  callingCode: string
  timeZone: string
  languageCodes: string[]
  cardDid: string
  callbackDid: string
  /** Workers' numbers are this and two digits more. */
  workerPrefix: string
  carrierHost: string
}

/** Every carrier has an address of its own; the port goes by the product's, so that two products run side by side. */
export const carrierPortOf = (sipPort: number) => sipPort + 10

export const countries: readonly DemoCountry[] = [
  {
    id: 'BD',
    name: 'Bangladesh',
    callingCode: '880',
    timeZone: 'Asia/Dhaka',
    languageCodes: ['bn'],
    cardDid: '+880255000100',
    callbackDid: '+880255000200',
    workerPrefix: '+88011000001',
    carrierHost: '127.0.0.11',
  },
  {
    id: 'VN',
    name: 'Viet Nam',
    callingCode: '84',
    timeZone: 'Asia/Ho_Chi_Minh',
    languageCodes: ['vi'],
    cardDid: '+842471000100',
    callbackDid: '+842471000200',
    workerPrefix: '+845100001',
    carrierHost: '127.0.0.12',
  },
  {
    id: 'CN',
    name: 'China',
    callingCode: '86',
    timeZone: 'Asia/Shanghai',
    languageCodes: ['zh'],
    cardDid: '+861055550100',
    callbackDid: '+861055550200',
    workerPrefix: '+86161000001',
    carrierHost: '127.0.0.13',
  },
  {
    id: 'IN',
    name: 'India',
    callingCode: '91',
    timeZone: 'Asia/Kolkata',
    languageCodes: ['hi', 'ta'],
    cardDid: '+911155550100',
    callbackDid: '+911155550200',
    workerPrefix: '+9161000001',
    carrierHost: '127.0.0.14',
  },
  {
    id: 'TR',
    name: 'Türkiye',
    callingCode: '90',
    timeZone: 'Europe/Istanbul',
    languageCodes: ['tr', 'ar'],
    cardDid: '+902125550100',
    callbackDid: '+902125550200',
    workerPrefix: '+9059600001',
    carrierHost: '127.0.0.15',
  },
]

export const trunkIdOf = (country: Pick<DemoCountry, 'id'>) => `${country.id.toLowerCase()}-1`

/** One person of each role that is not an agent; a client user belongs to the demo's brand. */
export const staff = [
  { role: 'supervisor', displayName: 'Supervisor' },
  { role: 'case-handler', displayName: 'Case-handler' },
  { role: 'auditor', displayName: 'Auditor' },
  { role: 'custodian', displayName: 'Custodian' },
  { role: 'client', displayName: 'Demo Brand' },
  { role: 'administrator', displayName: 'Administrator' },
] as const

/** An agent for each language of each country. */
export const agents = countries.flatMap((country) =>
  country.languageCodes.map((languageCode) => ({
    name: `agent-${country.id.toLowerCase()}-${languageCode}`,
    sipUser: `agent-${country.id.toLowerCase()}${languageCode}`,
    displayName: `Agent ${country.name} (${languageCode})`,
    countryId: country.id,
    languageCode,
  })),
)

export const BRAND = 'Demo Brand'
export const factoryNameOf = (country: Pick<DemoCountry, 'name'>) => `Demo Factory ${country.name}`

/** Last two digits of the workers on the demo's closed audit; what the simulated carrier does with each is in scripts/simulator. */
export const closedRoster = ['10', '11', '12', '13', '86', '80']
