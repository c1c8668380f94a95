/** A list's filter in the address, so that it can be sent to a colleague and survives a reload. '' where nothing is wanted. */
export function addressFilter<Name extends string>(names: readonly Name[]) {
  type Filter = Record<Name, string>
  return {
    /** @param query the address's, without its question mark */
    read(query: string): Filter {
      const given = new URLSearchParams(query)
      return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])) as Filter
    },
    /** What is set, in the order of the names; '' for a filter that lets everything through. */
    write(filter: Filter): string {
      return new URLSearchParams(names.filter((name) => filter[name]).map((name): [string, string] => [name, filter[name]])).toString()
    },
  }
}
