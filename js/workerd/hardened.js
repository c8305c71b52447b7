// The entry `heaplet/hardened` for Cloudflare Workers and whatever else has the condition `workerd`: there an imported .wasm file is
// a compiled module, and none may be compiled later.
import own from '../../dist/import/hardened.wasm';
import shared from '../../dist/import/hardened-shared.wasm';
import { bring } from '../place.js';

bring(own);
bring(shared);

export * from '../heap-hardened.js';
