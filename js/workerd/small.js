// The entry `heaplet/small` for Cloudflare Workers and whatever else has the condition `workerd`: there an imported .wasm file is
// a compiled module, and none may be compiled later.
import module from '../../dist/import/small.wasm';
import { imported, provide } from '../profiles.js';

provide(imported(module));

export * from '../heap-small.js';
