/**
 * What toll fraudsters and fuzzers put where a number belongs, as Asterisk would see it after the URI is decoded: every
 * piece with every joint, on both sides of a number of ours, and the names our own contexts and endpoints have.
 */
export function craftedExtensions(did: string, worker: string): string[] {
  const pieces = [
    `PJSIP/${worker}@bd-callback`,
    `PJSIP/${worker}@tr-card`,
    'Local/call@out-bd-callback/n',
    'Local/bd.callback@out/n',
    'Local/s@outbound',
    worker,
    '${EVAL(1)}',
    '${SHELL(id)}',
    '$[1+1]',
    '../../etc/passwd',
  ]
  const joints = [...'&,@|^/\\="\'+~!*#;:?%<>()[]{}$ \r\n\t\u0000é', '%26', '&&']
  const joined = pieces.flatMap((piece) => joints.flatMap((joint) => [did + joint + piece, piece + joint + did]))
  const names = [
    's',
    'h',
    'i',
    't',
    'T',
    'o',
    'a',
    'e',
    'failed',
    'fax',
    'inbound',
    'outbound',
    'fallback',
    'text',
    'call',
    '_X.',
    'nowhere',
  ]
  const outbound = ['out-bd-callback', 'out-bd-card', 'numbers-bd', 'call@out-bd-callback', `00${worker.slice(1)}`, worker]
  const oddities = [
    ' ',
    '+',
    '%',
    '*98',
    '#',
    '999',
    '112',
    'anonymous',
    'trunk-bd',
    '1'.repeat(300),
    '😀',
    '০১৭১২৩৪৫৬৭৮',
    `${did}0`,
    did.slice(0, -1),
  ]
  return [...joined, ...pieces, ...names, ...outbound, ...oddities]
}

/** Everything escaped, digits and letters too: what a URI may legally carry. */
export function escaped(user: string): string {
  return Array.from(Buffer.from(user, 'utf8'), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}
