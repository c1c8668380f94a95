/** PEM. */
export type TlsPair = { cert: string; key: string }

/** The certificate cannot be used: one sentence for whoever starts the service. */
export class BadTls extends Error {
  override readonly name = 'BadTls'
}
