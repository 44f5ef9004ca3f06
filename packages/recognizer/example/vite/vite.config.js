// The worker is an ES module whose parts load later. Before Vite 8 the development server must not bundle the package, which
// finds its worker by an address. Threads need a cross-origin isolated page.
export default {
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['@kinora/recognizer'] },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
};
