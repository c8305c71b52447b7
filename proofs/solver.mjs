// The solver that decides what is proved: bitwuzla, by its module for Python.
import { pypiPackage } from '../tools/pypi.mjs';

/** @returns {Promise<string>} where Python finds it */
export const bitwuzla = () =>
  pypiPackage('bitwuzla', '0.10.0', [
    '70b58014563124989c963eb88efcf29691c2bf29fd0653426283de1adb71ad84', // Linux, x86-64: Python 3.10
    '35f9c3723ceed1417e7b6e24d304bdd41d748a43f71ca6c3f03b04914ce98a50', // 3.11
    'ecdbff93a66f7dedcf15657e93f62ebe431d4dea46e02d787363048dfdc53b0b', // 3.12
    '752cad2db7bb4b56afd3ade3a632a9d6f46119101cb184884a4fa482d6b1cff1', // 3.13
    '274f6d07657a48466d2c920c92f1ff02073d46329324862d9f4b8f99960cf35f', // 3.14
    'a08d544056adb786d68ec92f5ad5d17ebdbd37af72422310196804316a79df18', // Linux, ARM: 3.11
  ]);
