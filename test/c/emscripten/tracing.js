// Keeps a list of a program's blocks by what it is told of them, and counts what cannot be. Goes before its JavaScript.
var Module = { blocks: new Map(), faults: 0, grown: 0 };
Module.onMalloc = (block, bytes) => {
  if (Module.blocks.has(block) || !block) Module.faults++;
  Module.blocks.set(block, bytes);
};
Module.onFree = (block) => {
  if (!Module.blocks.delete(block)) Module.faults++;
};
Module.onRealloc = (old, block, bytes) => {
  Module.onFree(old);
  Module.onMalloc(block, bytes);
};
Module.onSbrkGrow = (before, after) => {
  Module.grown += after - before;
  Module.last = after;
};
