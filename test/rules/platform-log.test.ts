import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLog, maskNumbers } from '../../server/platform/log.ts'

const digits = (scripts: string[]) =>
  fc.constantFrom(...scripts).chain((script) => fc.array(fc.constantFrom(...[...script]), { minLength: 7, maxLength: 15 }))
const ASCII = '0123456789'
const LOCAL = ['০১২৩৪৫৬৭৮৯', '०१२३४५६७८९', '௦௧௨௩௪௫௬௭௮௯', '၀၁၂၃၄၅၆၇၈၉', '٠١٢٣٤٥٦٧٨٩']

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  write(createLog('trace', { write: (line) => void (text += line) }))
  return text
}

test('no number of seven digits or more gets into a log line, in whatever script or spelling', () => {
  const separator = fc.constantFrom('', '', '', ' ', '-', '.', ') ')
  const number = fc.tuple(digits([ASCII, ...LOCAL]), fc.array(separator, { minLength: 15, maxLength: 15 }))
  fc.assert(
    fc.property(number, fc.constantFrom('', '+', '00', 'tel:', 'sip:', 'PJSIP/'), ([signs, separators], prefix) => {
      const spelled = signs.map((sign, index) => sign + (index < signs.length - 1 ? separators[index] : '')).join('')
      fc.pre(
        !/^(19|20)\d\d-[01]\d-[0-3]\d$/.test(spelled) && !/^(\d{1,3}\.){3}\d{1,3}$/.test(spelled) && !/^1\d{9}\.\d/.test(prefix + spelled),
      )
      const line = logged((log) => log.info({ note: `from ${prefix}${spelled} today` }, `rang ${prefix}${spelled}`))
      expect(line).toContain('[number]')
      expect(line).not.toContain(signs.join(''))
    }),
    { numRuns: 2000 },
  )
})

test.each(['0.0.0.000-0', '2012-01-01 5', '10.0.0.1.77', '2012-01-019'])('%s only begins like an address or a date', (spelled) => {
  expect(maskNumbers(`rang ${spelled}`)).toBe('rang [number]')
})

test('ids, instants, dates and addresses stay readable', () => {
  const kept = [
    '01a20a88-d1f0-7153-972e-576456407612',
    '2026-11-23T22:31:06.463Z',
    '2026-11-23',
    '192.168.100.200:5060',
    'PJSIP/trunk-bd-00000a1f',
    '1795473021.42',
    'app.ts:1234:56',
  ]
  for (const text of kept) expect(maskNumbers(`in ${text} there`)).toBe(`in ${text} there`)
})

test('a line stays one JSON object, durations stay numbers, secrets are hidden', () => {
  const line = logged((log) => log.warn({ ms: 123456789, password: 'x', user: { token: 'y' }, quoted: 'say "8801700000000"' }, 'done'))
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    ms: 123456789,
    password: '[hidden]',
    user: { token: '[hidden]' },
    quoted: 'say "[number]"',
    msg: 'done',
  })
})

test('of a database error only what names no row is logged', () => {
  const error = Object.assign(new Error('duplicate key', { cause: new Error('row +8801700000000') }), {
    code: '23505',
    constraint: 'worker_pkey',
    detail: 'Key (name)=(A. Worker) already exists.',
    where: 'COPY line 3: A. Worker',
  })
  const line = logged((log) => log.error({ err: error }, 'failed'))
  expect(line).not.toContain('A. Worker')
  expect(JSON.parse(line).err).toMatchObject({
    message: 'duplicate key',
    code: '23505',
    constraint: 'worker_pkey',
    cause: { message: 'row [number]' },
  })
})
