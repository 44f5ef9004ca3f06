/** Addresses of one training step (AdamW, every layer), of the weights and of the network for recognition: `createTrainer({ model })`. */
export declare const model: {
  readonly training: URL;
  readonly weights: URL;
  readonly inference: URL;
};
