// The names of the namespace WebAssembly that this package's types mention, for programs without the library "dom". Where
// that is there, these add nothing to its own: interfaces of one name are one, aliases would be duplicates.
// biome-ignore-all lint/suspicious/noEmptyInterface: as said
declare namespace WebAssembly {
  interface Memory {}
  interface Module {}
  interface Instance {}
  interface Global {}
  interface Table {}
}
