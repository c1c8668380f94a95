/** One row of the log as the chain hashes it. `happenedAt` and `detail` are Postgres's own text, so that nothing is rounded. */
export type SealedFields = {
  id: string
  happenedAt: string
  actorUserId: string | null
  action: string
  subjectKind: string
  subjectId: string
  detail: string
}

export type Link = { position: number; hash: Buffer; row: SealedFields }
/** A place in the chain that was written down outside the database. */
export type Head = { position: number; hash: string }
/** Keyed hash: who does not hold the key cannot continue the chain. */
export type Mac = (text: string) => Buffer

/** @property position where the chain breaks first */
export type ChainFault = { kind: 'gap' | 'changed' | 'cut' | 'head-differs'; position: number }

export const GENESIS = Buffer.alloc(32)

/** The hash of a link: over the link before it, its own place and every field of its row. */
export function hashLink(mac: Mac, previous: Buffer, position: number, row: SealedFields): Buffer {
  const { id, happenedAt, actorUserId, action, subjectKind, subjectId, detail } = row
  return mac(JSON.stringify([previous.toString('hex'), position, id, happenedAt, actorUserId, action, subjectKind, subjectId, detail]))
}

/**
 * Checks links in the order of their positions against each other and against heads kept outside.
 * Feed it page by page, then ask `end`: a chain that stops before a head it once had was cut.
 */
export function chainChecker(mac: Mac, heads: readonly Head[]) {
  const wanted = new Map(heads.map(({ position, hash }) => [position, hash]))
  let position = 0
  let hash: Buffer = GENESIS
  return {
    /** @returns the first fault, or undefined when this link follows the last */
    check(link: Link): ChainFault | undefined {
      if (link.position !== position + 1) return { kind: 'gap', position: position + 1 }
      const expected = hashLink(mac, hash, link.position, link.row)
      if (!expected.equals(link.hash)) return { kind: 'changed', position: link.position }
      const head = wanted.get(link.position)
      if (head !== undefined && head !== expected.toString('hex')) return { kind: 'head-differs', position: link.position }
      position = link.position
      hash = expected
      return undefined
    },
    end(): ChainFault | undefined {
      const beyond = heads.filter((head) => head.position > position).sort((a, b) => a.position - b.position)[0]
      return beyond && { kind: 'cut', position: position + 1 }
    },
    get position() {
      return position
    },
  }
}
