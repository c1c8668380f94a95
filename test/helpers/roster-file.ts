import writeXlsxFile from 'write-excel-file/node'

/** One CSV file of these rows; cells with commas or quotation marks are quoted. */
export function csvFile(rows: readonly (readonly string[])[]): Buffer {
  const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return Buffer.from(rows.map((row) => row.map(quoted).join(',')).join('\r\n'))
}

/** One workbook of these rows, by a spreadsheet program's own types. */
export async function xlsxFile(rows: readonly (readonly (string | number | boolean | Date)[])[]): Promise<Buffer> {
  const cell = (value: string | number | boolean | Date) =>
    value instanceof Date ? { value, type: Date, format: 'yyyy-mm-dd' } : { value }
  const made = writeXlsxFile(rows.map((row) => row.map(cell))) as unknown as { toBuffer(): Promise<Buffer> }
  return made.toBuffer()
}

/** What a browser sends: the plan, then the file. */
export function multipart(file: Buffer, plan?: object): { payload: Buffer; contentType: string } {
  const boundary = 'a-boundary-of-a-test'
  const part = (head: string, body: Buffer | string) =>
    Buffer.concat([Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')])
  const parts = [
    ...(plan ? [part('content-disposition: form-data; name="plan"', JSON.stringify(plan))] : []),
    part('content-disposition: form-data; name="file"; filename="file"\r\ncontent-type: application/octet-stream', file),
    Buffer.from(`--${boundary}--\r\n`),
  ]
  return { payload: Buffer.concat(parts), contentType: `multipart/form-data; boundary=${boundary}` }
}
