// What an imported .wasm file is where the condition `workerd` holds.
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
