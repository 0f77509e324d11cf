"""Makes the classifier of glyphs, from the fonts to the files of models/classifier-glyphs: python -m classifier_glyphs [--device cuda] [--seconds 300]"""

from common.pipeline import arguments_of, finish, train

NAME = "classifier-glyphs"


def main() -> None:
    arguments = arguments_of(__doc__).parse_args()
    finish("classifier_glyphs", NAME, arguments, train("classifier_glyphs", NAME, arguments))


if __name__ == "__main__":
    main()
