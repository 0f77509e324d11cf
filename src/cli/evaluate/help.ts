/** What `genlens evaluate --help` prints, but for the options of the engine. */
export const evaluateHelp = `Usage: genlens evaluate MODEL --data DATA [--train TRAIN] [--draws N] [--evidence N] [--samples N] [--seed S]
                       [--truncation T] [--answer ID=VALUE]... [--json]

Measures a variational autoencoder on data: for each item the ELBO, its reconstruction term and its KL divergence by dimension; log p(x) of some;
active and collapsed dimensions; and, with the data that it was trained on, whether it copies and how many members of it an attack finds.

Measures a GAN on data: the discriminator's scores of samples, data and training data, and how well they are told apart (AUC); classes that
the bundled classifier reads, where it can; distances within classes beside those of the data; a birthday test; precision, recall and Frechet
distance in the classifier's features, else in pixels; and, with the training data, whether it copies and how many members two attacks find:
by the discriminator's score, and by the distance to the nearest sample.

MODEL is the name of a bundled model, a folder with encoder.onnx and decoder.onnx (or generator.onnx and discriminator.onnx), or one .onnx
file that is both (or a generator, with its discriminator beside it). DATA and TRAIN are a .npy or
.npz file (data.npz#images: this array of it), a folder of PNG or JPEG files, or a bundled data set, or one of its splits (glyphs#train).

  --data DATA       data that the model was not trained on, unless it is that which is asked about
  --train TRAIN     what it was trained on: samples are compared with it, and DATA as new examples. Where a test of nearest neighbours does not
                    tell the two apart as data, how many members of TRAIN the ELBO (the score, the distance) finds, and how many are found
                    without the model
  --draws N         of a VAE: draws of z for each item's reconstruction term (default 4)
  --evidence N      of a VAE: items that log p(x) is computed of, evenly spread (default 50; 0: none): by quadrature in two latent dimensions, else by
                    importance sampling with 500 draws, which is a lower bound in the mean
  --samples N       samples that are compared with TRAIN (default 500), of a GAN with DATA (default 2000)
  --truncation T    of a GAN: numbers of z above T in size are drawn again
  --seed S          of all draws (default 1)
  --answer ID=VALUE what the files do not say; which questions there are is told when one is needed
  --json            print all of it as JSON, with every item

Nats need a density: of a model whose likelihood is not known (--answer likelihood=...), or on data that it is no probability of, the terms
are null and the reason is given.
`;
