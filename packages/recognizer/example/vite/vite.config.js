// Threads need a cross-origin isolated page; a worker with parts that load later needs ES modules.
export default {
  worker: { format: 'es' },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
};
