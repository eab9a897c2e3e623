"""Makes the torch wheel of PyPI importable on a Linux machine without the CUDA libraries (several GB).

PyPI's x86_64 wheel links libtorch to CUDA's libraries; its CPU kernels never call them. Each missing library is
replaced by a small one beside libtorch, whose functions answer 100 (cudaErrorNoDevice): torch then says that there is
no GPU, and every CPU path is the wheel's own code. Needs a C compiler and binutils' readelf.

Run: python cpu_torch.py   Prints one sentence; exits 1 where torch still cannot be imported.
"""

import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

LIB = Path(sysconfig.get_paths()["purelib"]) / "torch" / "lib"
VENDOR = re.compile(r"^(_*cu|_*nv|nccl)")


def imports():
    """True where torch imports and says that it has no GPU; run in a process of its own, since it may abort."""
    code = "import torch; assert not torch.cuda.is_available(); print(torch.ones(2).sum().item())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).returncode == 0


def readelf(option, library):
    return subprocess.run(["readelf", "-W", option, str(library)], capture_output=True, text=True, check=True).stdout


def missing_libraries(libraries):
    """The names under NEEDED that neither torch brings nor the system is likely to have: CUDA's."""
    needed = {name for lib in libraries for name in re.findall(r"NEEDED.*\[(.+)\]", readelf("-d", lib))}
    return sorted(n for n in needed if re.match(r"lib(cu|nv|nccl)", n) and not (LIB / n).exists())


def vendor_functions(libraries):
    """Every undefined function of CUDA's libraries that torch's libraries name."""
    rows = (line.split() for lib in libraries for line in readelf("--dyn-syms", lib).splitlines())
    names = {row[7].split("@")[0] for row in rows if len(row) > 7 and row[6] == "UND"}
    return sorted(n for n in names if VENDOR.match(n))


def symbol_versions(libraries):
    """Library -> the versions of its symbols that torch's libraries ask for; the loader insists on them."""
    versions, library = {}, None
    for line in (line for lib in libraries for line in readelf("-V", lib).splitlines()):
        if match := re.search(r"File: (\S+)", line):
            library = match[1]
        elif match := re.search(r"Name: (\S+)\s+Flags", line):
            versions.setdefault(library, set()).add(match[1])
    return versions


def write_library(name, functions, versions):
    """The functions carry the first version; further versions of the same library are declared empty."""
    with tempfile.TemporaryDirectory() as folder:
        source, script = Path(folder) / "absent.c", Path(folder) / "versions"
        source.write_text("".join(f"long {f}(void) {{ return 100; }}\n" for f in functions))
        bodies = ["global: *;"] + [""] * len(versions)
        script.write_text("".join(f"{v} {{ {body} }};\n" for v, body in zip(versions, bodies)))
        linker = f"-Wl,-soname,{name}" + (f",--version-script,{script}" if versions else "")
        flags = ["-shared", "-fPIC", "-w", "-fno-builtin", linker]
        subprocess.run(["cc", *flags, "-o", str(LIB / name), str(source)], check=True)


def main():
    if imports():
        print("torch imports as it is")
        return 0
    libraries = sorted(LIB.glob("lib*.so*"))
    absent, functions = missing_libraries(libraries), vendor_functions(libraries)
    versions = symbol_versions(libraries)
    for name in absent:
        write_library(name, functions, sorted(versions.get(name, ())))
    if not imports():
        print(f"torch cannot be imported even with stand-ins for {', '.join(absent)}")
        return 1
    print(f"torch runs on the CPU with stand-ins for {len(absent)} CUDA libraries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
