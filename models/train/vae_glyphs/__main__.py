"""Makes a variational autoencoder of glyphs, from the fonts to the files of models/vae-glyphs: python -m vae_glyphs --latent 16

With 2 dimensions it is called vae-glyphs-2. The one of 16 dimensions gets its twin for the audit of membership.
"""

import json

from common.pipeline import arguments_of, finish, train
from common.training import load

from .export import export

COINS = 20261126  # seed of the twin's coins


def main() -> None:
    parser = arguments_of(__doc__)
    parser.add_argument("--latent", type=int, choices=(2, 16), default=16)
    arguments = parser.parse_args()
    name = "vae-glyphs" if arguments.latent == 16 else f"vae-glyphs-{arguments.latent}"
    checkpoint = train("vae_glyphs", name, arguments, "--latent", str(arguments.latent))
    if arguments.latent == 16:
        twin = train("vae_glyphs", f"{name}-twin", arguments, "--latent", str(arguments.latent), "--coins", str(COINS))
        folder = arguments.work.resolve() / name
        export(twin, folder, "twin.")
        _, facts = load(twin)
        (folder / "twin.json").write_text(json.dumps({key: facts[key] for key in ("coins", "members", "steps", "batch", "chosen")}, indent=1) + "\n")
    finish("vae_glyphs", name, arguments, checkpoint)


if __name__ == "__main__":
    main()
