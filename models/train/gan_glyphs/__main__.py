"""Makes the GAN of glyphs, from the fonts to the files of models/gan-glyphs: python -m gan_glyphs [--device cuda] [--seconds 300]"""

from common.pipeline import arguments_of, finish, train

NAME = "gan-glyphs"


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    finish("gan_glyphs", NAME, arguments, train("gan_glyphs", NAME, arguments))


if __name__ == "__main__":
    main()
