// Serves the page, isolated, so that its workers may share memory.
import { serve } from '../../tools/server.mjs';

const { url } = await serve({ isolated: true });
console.log(`${url}/examples/page/index.html`);
