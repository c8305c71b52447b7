// The workloads of programs with threads, by name, and what they are: workloads.c says more.
export const workloads = {
  random: 'a thousand blocks, to 8 KiB, in any order',
  pairs: 'a block, and back',
  larson: 'what one thread has taken another one frees',
  producers: 'one takes, its neighbour frees',
  trees: 'binary trees of 4,095 nodes',
  queue: 'messages through one queue',
  buffers: '1 to 32 KiB',
  realloc: 'strings that grow to 4 KB',
  'short-lived': 'threads that come and go',
};
