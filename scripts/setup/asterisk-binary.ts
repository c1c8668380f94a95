/** How to run one Asterisk: `command ...leadingArgs -f -C <asterisk.conf>`; the folders go into asterisk.conf. */
export interface AsteriskBinary {
  command: string
  leadingArgs: readonly string[]
  /** For `astmoddir`. */
  modulesFolder: string
  /** For `astdatadir`: holds `rest-api`, `documentation` and `sounds`. */
  dataFolder: string
  /** Such as `22.10.1`. */
  version: string
}
