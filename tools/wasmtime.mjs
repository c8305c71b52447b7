// wasmtime, the Python package of PyPI: which version, for `pypiPackage`.
export const wasmtime = {
  version: '50.0.1',
  // Linux (x86-64, arm64), macOS (arm64, x86-64), Windows.
  hashes: [
    'cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4',
    '675484e525c028dc02762b777f1db4477ea70caa3fec6775426daff4d64edfb1',
    'ff4fc58ed3cbdb919d056accd4d280be13962a542754aaefd8a9b4654efa9bd9',
    '13fe813b922712a9e10fe0f48b2c56da06432eea4b24269bb7cd3a6b2720560b',
    'a8999581230471f4ff62073b1111eff3a01d45ccec0a908da3f2ae3a499d459c',
  ],
};
