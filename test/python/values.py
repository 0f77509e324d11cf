"""Values of many kinds, some of which would do something if they were asked."""

import types
from collections import namedtuple

import numpy as np

happened = []


class Told:
    """Says of everything that it is asked."""

    def __init__(self):
        self.__dict__['kept'] = 2.5

    def __getattribute__(self, name):
        happened.append('__getattribute__ ' + name)
        return object.__getattribute__(self, name)

    def __repr__(self):
        happened.append('__repr__')
        return 'told'


class Guess:
    def __getattr__(self, name):
        happened.append('__getattr__ ' + name)
        raise AttributeError(name)


class Slots:
    __slots__ = ('width',)

    def __init__(self):
        self.width = 3


class Dictionary(dict):
    def __getitem__(self, key):
        happened.append('__getitem__')
        return 0

    def __missing__(self, key):
        happened.append('__missing__')
        return 0


class Missing(dict):
    def __missing__(self, key):
        happened.append('__missing__')
        return 0


class Own(np.ndarray):
    def __array_finalize__(self, of):
        happened.append('__array_finalize__')


class Number(float):
    def __float__(self):
        happened.append('__float__')
        return 0.0


class Model:
    rate = 0.1

    def __init__(self):
        self.beta = 0.5
        self.inner = Slots()

    @property
    def raises(self):
        happened.append('property')
        raise RuntimeError('a property that raises')

    @property
    def counts(self):
        happened.append('property')
        return len(happened)

    def method(self):
        happened.append('method')


Point = namedtuple('Point', 'x y')
scale = np.float32(2)


def stop(logvar, model, list=None, type=None, len=None, exec=None):
    # Names of builtins are the program's here.
    told, guess, derived = Told(), Guess(), np.zeros(3).view(Own)
    big = np.zeros((1000, 1000))
    big[::2] = np.nan
    turned = np.arange(3_000_000, dtype='<f4').reshape(30, 100, 1000).T
    losses = [np.ones(2), 3]
    table = {'k': np.int64(3), 1: 2.5}
    strange = [Dictionary(k=1), Missing(k=1)]
    numbers = (1, 2, 3)
    point = Point(1, 2)
    space = types.SimpleNamespace(q=True)
    number = Number(2)
    words = np.array(['a'])
    huge = 2**70
    how = 'mean'
    nothing = None
    half = np.array([1, np.inf], dtype=np.float16)
    swapped = np.array([1.5, -2], dtype='>f8')
    happened.clear()
    print('stopped')
    return happened


print('happened', stop(np.array([[0.0, np.nan]], dtype=np.float32), Model(), list=1))
