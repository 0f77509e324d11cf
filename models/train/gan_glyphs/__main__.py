"""Makes the GAN of glyphs, from the fonts to the files of models/gan-glyphs: python -m gan_glyphs [--device cuda] [--seconds 300]

Its twin, for the audit of membership, is trained and measured; its weights stay in the working folder.
"""

import json

from common.pipeline import arguments_of, finish, train
from common.training import load

from .export import export
from .measure import SETTINGS

NAME = "gan-glyphs"
COINS = 20261127  # seed of the twin's coins


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    checkpoint = train("gan_glyphs", NAME, arguments)
    twin = train("gan_glyphs", f"{NAME}-twin", arguments, "--coins", str(COINS))
    folder = arguments.work.resolve() / NAME
    export(twin, folder, "twin.")
    _, facts = load(twin)
    (folder / "twin.json").write_text(json.dumps({key: facts[key] for key in ("coins", "members", *SETTINGS)}, indent=1) + "\n")
    finish("gan_glyphs", NAME, arguments, checkpoint)


if __name__ == "__main__":
    main()
