import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFile, readColumns } from '../../server/domains/audits/import/reader.ts'
import type { ImportPlan } from '../../server/domains/audits/contract.ts'
import { daysOf, timeOf, weekdayNames } from '../../server/domains/audits/import/cell-rules.ts'
import { BadFile } from '../../server/domains/audits/import/errors.ts'
import { FIELDS, guessMapping } from '../../server/domains/audits/import/field-rules.ts'
import { templateCsv, templateXlsx } from '../../server/domains/audits/import/template.ts'
import { repack } from '../../server/domains/audits/import/zip.ts'
import { LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { csvFile, xlsxFile } from '../helpers/roster-file.ts'

const setting = (plan: ImportPlan) => ({ countryId: 'BD', callingCode: '880', languages: LANGUAGES, plan })
const bengali = (columns: ImportPlan['columns']): ImportPlan => ({ columns, defaults: { languageCode: 'bn', consentMode: 'spoken' } })
const evening = { startLocal: '18:00', endLocal: '20:00' }
const refusal = (code: string) => expect.objectContaining({ code }) as unknown

describe('the columns of a roster', () => {
  test('are guessed from headers in many languages, each used once', () => {
    expect(guessMapping(['নাম', 'মোবাইল', 'ভাষা', 'Notes'], [false, false, false, false])).toEqual({ alias: 0, phone: 1, language: 2 })
    expect(guessMapping(['Card number', 'Số điện thoại', 'Shared phone?'], [false, false, false])).toEqual({
      showCard: 0,
      phone: 1,
      shared: 2,
    })
    expect(guessMapping(['Worker', 'Reachable at'], [false, true])).toEqual({ alias: 0, phone: 1 })
  })

  test('of both templates are all known, and a template without rows is fine', async () => {
    for (const file of [templateCsv(), await templateXlsx()]) {
      const { mapping, rows } = await readColumns(file, 'BD')
      expect([Object.keys(mapping).toSorted(), rows]).toEqual([FIELDS.toSorted(), 0])
    }
  })

  test('must be named: a file that begins with a number is no roster', async () => {
    await expect(readColumns(csvFile([[numberOf(1)], [numberOf(2)]]), 'BD')).rejects.toEqual(refusal('no-header'))
  })
})

describe('what a cell means', () => {
  test.each([
    ['18:00', '18:00'],
    ['१८:३०', '18:30'],
    ['6 pm', '18:00'],
    ['12:15 AM', '00:15'],
    ['9.05', '09:05'],
    ['1800', '18:00'],
    [0.75, '18:00'],
    [new Date('1899-12-31T18:20:00Z'), '18:20'],
    ['24:00', '23:59'],
    ['25:00', undefined],
    ['soon', undefined],
  ])('a time: %s', (cell, time) => expect(timeOf(cell)).toBe(time))

  test.each([
    ['', {}],
    ['every day', {}],
    ['Fri, Sat', { weekdays: [5, 6] }],
    ['saturday; friday; Friday', { weekdays: [5, 6] }],
    ['৫', { weekdays: [5] }],
    ['শুক্রবার', { weekdays: [5] }],
    ['2026-12-08', { date: '2026-12-08' }],
    [new Date('2026-12-08T00:00:00Z'), { date: '2026-12-08' }],
    ['2026-02-30', undefined],
    ['08/12/2026', undefined],
  ])('days: %s', (cell, days) => expect(daysOf(cell as string, weekdayNames(['bn']))).toEqual(days))
})

describe('a roster', () => {
  test('is read alike from CSV, with any separator and in UTF-16, and from a workbook', async () => {
    const rows = [
      ['phone', 'from', 'to', 'alias'],
      ['০১১০-০০০-০০০১', '18:00', '20:00', 'Moon, the elder'],
      ['00880 1100 000002', '18:00', '20:00', ''],
    ]
    const plan = bengali({ phone: 0, from: 1, to: 2, alias: 3 })
    const semicolons = Buffer.from(rows.map((row) => row.join(';')).join('\n'))
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(csvFile(rows).toString(), 'utf16le')])
    for (const file of [csvFile(rows), semicolons, utf16, await xlsxFile(rows)]) {
      const { rows: read, total, wrong } = await checkFile(file, setting(plan))
      expect([total, wrong]).toEqual([2, 0])
      expect(read.map(({ row, line }) => [row, line.e164, line.alias, line.slot])).toEqual([
        [2, numberOf(1), 'Moon, the elder', evening],
        [3, numberOf(2), undefined, evening],
      ])
    }
  })

  test('of a spreadsheet that took numbers for numbers and dates for dates is understood', async () => {
    const file = await xlsxFile([
      ['phone', 'days', 'shared'],
      [1100000001, new Date('2026-12-08T00:00:00Z'), true],
    ])
    const { rows } = await checkFile(file, setting(bengali({ phone: 0, days: 1, shared: 2 })))
    expect(rows[0]?.line).toMatchObject({ e164: numberOf(1), isSharedPhone: true, slot: { date: '2026-12-08' } })
  })

  test('says of each wrong row where, and what to write instead, and never what was there', async () => {
    const file = csvFile([
      ['Mobile', 'Language', 'From', 'To', 'Consent'],
      ['12 34', 'bn', '18:00', '20:00', 'spoken'],
      [numberOf(1), 'Klingon', '18:00', '20:00', 'spoken'],
      ['', '', '', '', ''],
      [numberOf(2), 'বাংলা', '20:00', '18:00', 'no'],
      ['8.8011E+12', 'English', '', '', 'written'],
      [numberOf(3), 'Bangla', '', '', 'signed'],
      [numberOf(3), 'bn', '', '', 'signed'],
    ])
    const plan = { columns: { phone: 0, language: 1, from: 2, to: 3, consent: 4 }, defaults: {} }
    const { problems, rows, total, wrong } = await checkFile(file, setting(plan))
    expect([total, wrong]).toEqual([6, 5])
    expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'Mobile', 'bad-phone'],
      [3, 'Language', 'language-not-served'],
      [5, 'To', 'slot'],
      [5, 'Consent', 'no-consent'],
      [6, 'Mobile', 'phone-shortened'],
      [8, null, 'number-twice'],
    ])
    expect(problems[1]?.message).toBe('Nobody is called in this language here: write one of বাংলা (bn), English (en).')
    expect(problems.at(-1)?.message).toContain('stands in row 7')
    expect(JSON.stringify(problems)).not.toMatch(/Klingon|12 34|1100000/)
    expect(rows.map(({ row, line }) => [row, line.consentMode, line.languageCode])).toEqual([[7, 'written', 'bn']])
  })

  test('of any rubbish ends with a sentence, never with an error of ours', async () => {
    const starts = [Buffer.from('PK\x03\x04'), Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), Buffer.from([0xff, 0xfe]), Buffer.from('phone\n"')]
    const rubbish = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }))
    await fc.assert(
      fc.asyncProperty(rubbish, async ([start, rest]) => {
        const error = await checkFile(Buffer.concat([start, rest]), setting(bengali({ phone: 0 }))).then(
          () => undefined,
          (err: unknown) => err,
        )
        if (error !== undefined) expect(error).toBeInstanceOf(BadFile)
      }),
      { numRuns: 12 },
    )
  }, 240_000)
})

describe('an archive is opened within bounds', () => {
  const zeros = (megabytes: number) => deflateRawSync(Buffer.alloc(megabytes * 1024 * 1024), { level: 1 })

  test('whatever it says of itself: one that expands too far is refused before it is unpacked', () => {
    const half = zeros(76)
    for (const said of [1, 0xfffffff]) {
      const bomb = archive({ 'xl/a.xml': half, 'xl/b.xml': half }, said)
      expect(() => repack(bomb)).toThrow(refusal('file-too-large') as Error)
    }
  }, 240_000)

  test('a workbook that names a cell of its farthest corner ends the reading thread, not the service', async () => {
    const workbook = await xlsxFile([['phone'], ['1']])
    const far = Object.fromEntries(
      partsOf(repack(workbook)).map(([name, text]) => [
        name,
        deflateRawSync(Buffer.from(text.replaceAll('r="A2"', 'r="XFD1048576"').replaceAll('r="2"', 'r="1048576"'))),
      ]),
    )
    await expect(checkFile(archive(far, 1), setting(bengali({ phone: 0 })))).rejects.toBeInstanceOf(BadFile)
  }, 240_000)

  test('a file of more rows than a roster has is refused', async () => {
    const file = Buffer.from(`phone\n${'1\n'.repeat(50_001)}`)
    await expect(checkFile(file, setting(bengali({ phone: 0 })))).rejects.toEqual(refusal('too-many-rows'))
  }, 240_000)
})

/** An archive as somebody else's program would make it. @param said what its directory says of each part's size */
function archive(parts: Record<string, Buffer>, said: number): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, data] of Object.entries(parts)) {
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(8, 4)
    facts.writeUInt32LE(data.length, 14)
    facts.writeUInt32LE(said, 18)
    facts.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), data])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, tail, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

/** Names and texts of an archive that holds its parts uncompressed. */
function partsOf(packed: ArrayBuffer): [string, string][] {
  const bytes = Buffer.from(packed)
  const parts: [string, string][] = []
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [size, nameLength] = [bytes.readUInt32LE(at + 18), bytes.readUInt16LE(at + 26)]
    parts.push([
      bytes.toString('utf8', at + 30, at + 30 + nameLength),
      bytes.toString('utf8', at + 30 + nameLength, at + 30 + nameLength + size),
    ])
    at += 30 + nameLength + size
  }
  return parts
}
