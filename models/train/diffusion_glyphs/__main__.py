"""Makes the diffusion model of glyph pairs, from the fonts to the files of models/diffusion-glyphs: python -m diffusion_glyphs [--device cuda] [--seconds 300]"""

from common.pipeline import arguments_of, finish, train

NAME = "diffusion-glyphs"


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    finish("diffusion_glyphs", NAME, arguments, train("diffusion_glyphs", NAME, arguments))


if __name__ == "__main__":
    main()
