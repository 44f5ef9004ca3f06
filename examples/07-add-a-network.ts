// Adds a network of your own and trains it by its name.
import { nn, type Tensor } from '@kinora/torch';
import { addNetwork, Network, trainRun } from 'kinora';

class TwoLayers extends Network {
  readonly conv: nn.Conv3d;
  readonly fc: nn.Linear;

  constructor(classes: number) {
    super();
    this.conv = new nn.Conv3d(3, 16, [3, 5, 5], { stride: [1, 4, 4], padding: [1, 2, 2] });
    this.fc = new nn.Linear(16, classes);
  }

  override forward(clips: Tensor) {
    const features = this.conv.call(clips).relu().mean([2, 3, 4]); // [N, 3, T, H, W] -> [N, 16]
    return { logits: this.fc.call(features), features };
  }
}

const build = (classes: number) => new TwoLayers(classes);
addNetwork({ name: 'TwoLayers', family: 'mine', summary: 'one convolution', input: [16, 84, 84], build });

const clips = { trainFolder: 'data/gestures/train', validationFolder: 'data/gestures/validation' };
const config = { name: 'two-layers', model: 'TwoLayers', frames: 16, batchSize: 4, epochs: 1 };
const { best } = await trainRun({ ...config, ...clips });
console.log(`best validation top-1 ${best?.top1}`);
