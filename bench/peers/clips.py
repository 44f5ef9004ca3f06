"""The tutorial's way of reading clips: JPEG frames through PIL, every transform drawn for each
frame and applied to it alone, a tensor of float32. Recipe and sizes are those of the demo."""
import csv
import os
import random

import torch
from PIL import Image
from torchvision import transforms

SIZE, FRAMES, STEP = 84, 16, 2
transform = transforms.Compose([
    transforms.RandomAffine(5, translate=(0.07, 0.07), scale=(0.9, 1.1)), transforms.ColorJitter(brightness=0.2),
    transforms.RandomHorizontalFlip(), transforms.CenterCrop(SIZE), transforms.ToTensor(),
    transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])


class Clips(torch.utils.data.Dataset):
    def __init__(self, folder, listing, labels, frames=FRAMES):
        self.frames = frames
        with open(labels) as file:
            names = [line.strip() for line in file if line.strip()]
        with open(listing) as file:
            self.items = [(os.path.join(folder, row[0]), names.index(row[1])) for row in csv.reader(file, delimiter=';')]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        folder, label = self.items[index]
        files = sorted(name for name in os.listdir(folder) if name.lower().endswith(('.jpg', '.jpeg')))
        span = self.frames * STEP
        start = random.randrange(max(1, len(files) - span))
        files = (files + files[-1:] * span)[start:start + span:STEP]
        frames = [transform(Image.open(os.path.join(folder, name)).convert('RGB')) for name in files]
        return torch.stack(frames, 1), label
