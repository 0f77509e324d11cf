"""Reads values of a stopped program without running any of its code.

This text is handed to the debug adapter and executed in a namespace of its own: the program's names are looked up in the dictionary
that is given, none is bound. An attribute may be a property, and a class may look attributes up by code of its own: neither is asked.
Attributes are found where they are stored, in the dictionary of an object (as `inspect.getattr_static` does), in slots, and in the
dictionaries that PyTorch's modules keep. Numbers are taken of arrays of exactly NumPy's and PyTorch's own classes, by their own
functions: a slice, its copy in memory (of a GPU's tensor, which waits for the GPU), its numbers. What is anything else is named, not
read.
"""


def read(names, paths, limit, total):
    import binascii
    import inspect
    import json
    import struct
    import sys
    import types
    from collections import OrderedDict

    missing = object()
    payload = []
    used = [0]

    class Unread(Exception):
        pass

    def mro(kind):
        return type.__dict__['__mro__'].__get__(kind)

    def name_of(value):
        return str(type.__dict__['__qualname__'].__get__(type(value)))[:80]

    def stored_in_class(kind, name):
        for base in mro(kind):
            found = type.__dict__['__dict__'].__get__(base).get(name, missing)
            if found is not missing:
                return found
        return missing

    def library(name, *parts):
        """Something that a library holds, if the program has imported it."""
        value = dict.get(sys.modules, name)
        for part in parts:
            if type(value) is types.ModuleType:
                value = types.ModuleType.__dict__['__dict__'].__get__(value).get(part)
            else:
                return None
        return value

    torch_tensor = library('torch', 'Tensor')
    torch_parameter = library('torch.nn.parameter', 'Parameter')
    torch_module = library('torch.nn.modules.module', 'Module')
    numpy_array = library('numpy', 'ndarray')
    numpy_number = library('numpy', 'generic')
    tuple_getter = library('collections', '_tuplegetter')

    def is_tensor(value):
        return torch_tensor is not None and (type(value) is torch_tensor or type(value) is torch_parameter)

    def is_array(value):
        return is_tensor(value) or (numpy_array is not None and type(value) is numpy_array)

    def module_attribute(value, name):
        if torch_module is None or stored_in_class(type(value), '__getattr__') is not stored_in_class(torch_module, '__getattr__'):
            raise Unread('is looked up by code of `%s`' % name_of(value))
        for table in ('_parameters', '_buffers', '_modules'):
            held = inspect.getattr_static(value, table, None)
            if type(held) in (dict, OrderedDict):
                found = dict.get(held, name, missing)
                if found is not missing:
                    return found
        raise Unread('is not set')

    def attribute(value, name):
        if is_array(value):
            raise Unread('is an attribute of an array')
        kind = type(value)
        # Python's own are of this class.
        if type(stored_in_class(kind, '__getattribute__')) is not type(object.__getattribute__):
            raise Unread('is looked up by code of `%s`' % name_of(value))
        found = inspect.getattr_static(value, name, missing)
        if found is missing:
            if stored_in_class(kind, '__getattr__') is missing:
                raise Unread('is not set')
            return module_attribute(value, name)
        if type(found) is types.MemberDescriptorType or type(found) is tuple_getter:
            return found.__get__(value, kind)
        if type(found) is property:
            raise Unread('is a property, which runs code when it is read')
        if stored_in_class(type(found), '__get__') is not missing:
            # In the object's own dictionary it is what it is, in its class it may be a function that makes it.
            raise Unread('is computed when it is read')
        return found

    def item(value, key):
        if is_array(value):
            raise Unread('is an element of an array')
        taken = stored_in_class(type(value), '__getitem__')
        if taken is list.__getitem__ or taken is tuple.__getitem__:
            if type(key) is int and -len_of(value) <= key < len_of(value):
                return taken(value, key)
            raise Unread('is not there')
        if taken is dict.__getitem__ and stored_in_class(type(value), '__missing__') is missing:
            found = dict.get(value, key, missing)
            if found is missing:
                raise Unread('is not there')
            return found
        raise Unread('is looked up by code of `%s`' % name_of(value))

    def len_of(value):
        return list.__len__(value) if list in mro(type(value)) else tuple.__len__(value)

    def steps_for(shape):
        """Of every axis each so many, until there are few enough."""
        steps = [1] * len(shape)
        left = list(shape)
        while product(left) > sample:
            longest = max(range(len(left)), key=lambda axis: left[axis])
            steps[longest] *= 2
            left[longest] = -(-shape[longest] // steps[longest])
        return steps

    def product(sizes):
        size = 1
        for length in sizes:
            size *= length
        return size

    sample = 4096

    def part_of(shape):
        """What of an array is taken: `...`, or a slice of each axis."""
        count = product(shape)
        if count <= limit and used[0] + count <= total:
            used[0] += count
            return False, (Ellipsis,)
        used[0] += sample
        return True, tuple(slice(None, None, step) for step in steps_for(shape))

    def packed(numbers):
        return struct.pack('<%dd' % len(numbers), *numbers)

    def numpy_value(value):
        if value.dtype.kind not in 'fiub' or value.dtype.itemsize > 8:
            raise Unread('holds `%s`, which is no kind of number that is read' % str(value.dtype)[:40])
        shape = [int(length) for length in value.shape]
        sampled, part = part_of(shape)
        return told('numpy', value.dtype.name, shape, sampled, packed(value[part].ravel().tolist()))

    def torch_value(value):
        torch = sys.modules['torch']
        core = torch._C
        # These see every operation on a tensor, this one too.
        if getattr(core, '_len_torch_dispatch_stack', int)() > 0:
            raise Unread('is within a mode that watches operations')
        with core.DisableTorchFunction():
            if value.layout is not torch.strided or value.is_quantized or value.is_complex():
                raise Unread('is stored in a way that is not read (%s, %s)' % (value.layout, value.dtype))
            if value.device.type == 'meta' or core._functorch.is_functorch_wrapped_tensor(value):
                raise Unread('holds no numbers')
            if value.device.type == 'cuda' and torch.cuda.is_current_stream_capturing():
                raise Unread('is on a GPU whose work is being captured')
            shape = [int(length) for length in value.shape]
            sampled, part = part_of(shape)
            taken = value.detach()[part].to('cpu').to(torch.float64).reshape(-1).tolist()
            return told('torch', str(value.dtype).replace('torch.', ''), shape, sampled, packed(taken))

    def told(library, dtype, shape, sampled, numbers):
        payload.append(numbers)
        return {'kind': 'array', 'library': library, 'dtype': dtype, 'shape': shape, 'sampled': sampled, 'count': len(numbers) // 8}

    def number(value):
        if type(value) is float:
            payload.append(packed([value]))
        else:
            if abs(value) > 2 ** 53:
                raise Unread('is too large a number')
            payload.append(packed([float(value)]))
        return {'kind': 'number', 'type': type(value).__name__}

    def described(value):
        if value is None:
            return {'kind': 'none'}
        if type(value) in (bool, int, float):
            return number(value)
        if type(value) is str:
            return {'kind': 'text', 'value': value[:200]}
        if is_tensor(value):
            return torch_value(value)
        if numpy_array is not None and type(value) is numpy_array:
            return numpy_value(value)
        if numpy_number is not None and numpy_number in mro(type(value)) and type(value).__module__ == 'numpy':
            return numpy_value(sys.modules['numpy'].asarray(value))
        if type(value) in (list, tuple) or (torch_tensor is not None and type(value) is library('torch', 'Size')):
            if len(value) <= 1000 and all(type(one) in (bool, int, float) for one in value):
                payload.append(packed([float(one) for one in value]))
                return {'kind': 'numbers', 'count': len(value)}
        raise Unread('is of the class `%s`, whose numbers are not read' % name_of(value))

    def value_at(path):
        name = path[0]
        if name not in names:
            raise Unread('is not set here')
        value = names[name]
        for step in path[1:]:
            value = attribute(value, step['attribute']) if 'attribute' in step else item(value, step['index'])
        return described(value)

    def attempt(path):
        kept = len(payload)
        try:
            return value_at(path)
        except Unread as why:
            problem = str(why)
        except Exception as error:
            problem = 'could not be read (%s)' % name_of(error)
        del payload[kept:]
        return {'kind': 'unread', 'why': problem}

    values = [attempt(path) for path in json.loads(paths)]
    torch = dict.get(sys.modules, 'torch')
    autocast = False
    try:
        autocast = torch is not None and bool(torch._C.is_autocast_enabled() or torch._C.is_autocast_cpu_enabled())
    except Exception:
        pass
    head = json.dumps({'values': values, 'autocast': autocast}).encode('ascii')
    whole = struct.pack('<I', len(head)) + head + b''.join(payload)
    return 'genlens:' + binascii.b2a_base64(whole, newline=False).decode('ascii')
