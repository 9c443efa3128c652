// Hot path: every key of every request. Budget: 20 ns for 150 bytes.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Presage.Metrics;

/// <summary>
/// A hash with a proof instead of a reputation. NH over words of 32 bits, four times with secrets of their own
/// (J. Black, S. Halevi, H. Krawczyk, T. Krovetz, P. Rogaway, "UMAC: Fast and Secure Message Authentication", CRYPTO
/// 1999), the length as one more pair of words: two texts meet in one of them with a probability of at most 2^-32 over
/// the choice of the secret. Two sums make a half of the result by a multiply-shift (M. Thorup, "High Speed Hashing for
/// Integers and Strings", 2015; its carry, at most 1, is left out), in which others meet with at most 2^-62. So halves
/// meet with 2^-61, and both, which have nothing in common, with 2^-122. Longer texts are cut into pieces, whose hashes
/// are hashed by another secret: 2^-121.
/// <code>
/// NH(w)    sum of (w[2i] + s[2i]) (w[2i+1] + s[2i+1]) mod 2^64, the inner sums mod 2^32
/// half     upper 64 bits of (NH m + NH' m' mod 2^128), m and m' of 128 bits, plus 64 bits more of the secret
/// </code>
/// </summary>
static class UniversalHash
{
    const int BlockBytes = 32;

    /// <summary>Longer texts are cut. Keys are 100 to 250 bytes long as a rule.</summary>
    const int PieceBytes = 1024;

    const int HashBytes = 16;

    /// <summary>Of what is longer only this much is read: no series has such a key.</summary>
    const int LengthMax = PieceBytes / HashBytes * PieceBytes;

    /// <summary>
    /// The secret: four times as many words as each block has, two for the length and each sum, five for each half.
    /// </summary>
    const int WordsPerBlock = 4 * BlockBytes / sizeof(ulong);
    const int LengthAt = PieceBytes / BlockBytes * WordsPerBlock;
    const int FirstHalfAt = LengthAt + 8;
    const int SecondHalfAt = FirstHalfAt + 5;
    const int Words = SecondHalfAt + 5;

    static readonly ulong[] s_ofTexts = Draw();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SeriesFingerprint Of(ReadOnlySpan<byte> text) => text.Length is >= BlockBytes and <= PieceBytes
        ? Hash(text, s_ofTexts, text.Length, Avx2.IsSupported)
        : OfUnusual(text, Avx2.IsSupported);

    /// <summary>The same, by vectors or without: tests compare both.</summary>
    internal static SeriesFingerprint Of(ReadOnlySpan<byte> text, bool byVectors) =>
        OfUnusual(text, byVectors && Avx2.IsSupported);

    static SeriesFingerprint OfUnusual(ReadOnlySpan<byte> text, bool byVectors)
    {
        if (text.Length <= PieceBytes)
        {
            return OfPiece(text, byVectors);
        }

        Span<byte> hashes = stackalloc byte[LengthMax / PieceBytes * HashBytes];
        int at = 0;
        for (var rest = text[..Math.Min(text.Length, LengthMax)]; !rest.IsEmpty; at += HashBytes)
        {
            var piece = rest[..Math.Min(rest.Length, PieceBytes)];
            rest = rest[piece.Length..];
            var hash = OfPiece(piece, byVectors);
            MemoryMarshal.Write(hashes[at..], hash.Place);
            MemoryMarshal.Write(hashes[(at + sizeof(ulong))..], hash.Check);
        }

        return Hash(hashes[..at], Pieces.Secret, text.Length, byVectors);
    }

    static SeriesFingerprint OfPiece(ReadOnlySpan<byte> text, bool byVectors)
    {
        if (text.Length >= BlockBytes)
        {
            return Hash(text, s_ofTexts, text.Length, byVectors);
        }

        Span<byte> padded = stackalloc byte[BlockBytes];
        padded.Clear();
        text.CopyTo(padded);
        return Hash(padded, s_ofTexts, text.Length, byVectors);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static SeriesFingerprint Hash(ReadOnlySpan<byte> text, ulong[] secret, int length, bool byVectors) =>
        byVectors ? HashByVectors(text, secret, length) : HashByWords(text, secret, length);

    /// <summary>
    /// Hashes a text of a block at least. Its last block overlaps the one before: of texts of one length the blocks
    /// tell all bytes.
    /// </summary>
    static SeriesFingerprint HashByVectors(ReadOnlySpan<byte> text, ulong[] secret, int length)
    {
        Vector256<ulong> a = default, b = default, c = default, d = default;
        ref byte at = ref MemoryMarshal.GetReference(text);
        ref byte last = ref Unsafe.Add(ref at, text.Length - BlockBytes);
        ref byte words = ref Unsafe.As<ulong, byte>(ref MemoryMarshal.GetArrayDataReference(secret));
        ref byte rest = ref Unsafe.Add(ref words, LengthAt * sizeof(ulong));
        for (int left = text.Length; left > 0; left -= BlockBytes)
        {
            var block = Unsafe.ReadUnaligned<Vector256<uint>>(ref left >= BlockBytes ? ref at : ref last);
            a += Products(block, ref words, 0);
            b += Products(block, ref words, BlockBytes);
            c += Products(block, ref words, 2 * BlockBytes);
            d += Products(block, ref words, 3 * BlockBytes);
            at = ref Unsafe.Add(ref at, BlockBytes);
            words = ref Unsafe.Add(ref words, 4 * BlockBytes);
        }

        // Sums of neighbours, then of the halves: element i is all of the i-th sum.
        var low = Avx2.UnpackLow(a, b) + Avx2.UnpackHigh(a, b);
        var high = Avx2.UnpackLow(c, d) + Avx2.UnpackHigh(c, d);
        var sums = Avx2.Permute2x128(low, high, 0x20) + Avx2.Permute2x128(low, high, 0x31);
        var lengths = Vector256.Create((uint)length) + Unsafe.ReadUnaligned<Vector256<uint>>(ref rest);
        sums += Avx2.Multiply(lengths, Unsafe.ReadUnaligned<Vector256<uint>>(ref Unsafe.Add(ref rest, BlockBytes)));
        return Finish(secret, sums.GetElement(0), sums.GetElement(1), sums.GetElement(2), sums.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ulong> Products(Vector256<uint> block, ref byte words, int offset)
    {
        var sum = block + Unsafe.ReadUnaligned<Vector256<uint>>(ref Unsafe.Add(ref words, offset));
        return Avx2.Multiply(sum, (sum.AsUInt64() >> 32).AsUInt32());
    }

    static SeriesFingerprint HashByWords(ReadOnlySpan<byte> text, ulong[] secret, int length)
    {
        Span<ulong> sums = stackalloc ulong[4];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = (ulong)((uint)length + (uint)secret[LengthAt + i]) * (uint)secret[LengthAt + 4 + i];
        }

        int word = 0;
        for (int from = 0; from < text.Length; from += BlockBytes)
        {
            var block = MemoryMarshal.Cast<byte, ulong>(
                text.Slice(Math.Min(from, text.Length - BlockBytes), BlockBytes));
            foreach (ref ulong sum in sums)
            {
                foreach (ulong pair in block)
                {
                    ulong key = secret[word++];
                    sum += (ulong)((uint)pair + (uint)key) * ((uint)(pair >> 32) + (uint)(key >> 32));
                }
            }
        }

        return Finish(secret, sums[0], sums[1], sums[2], sums[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static SeriesFingerprint Finish(ulong[] secret, ulong a, ulong b, ulong c, ulong d)
    {
        ref ulong words = ref MemoryMarshal.GetArrayDataReference(secret);
        return new SeriesFingerprint(
            Half(ref Unsafe.Add(ref words, FirstHalfAt), a, b), Half(ref Unsafe.Add(ref words, SecondHalfAt), c, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Half(ref ulong words, ulong x, ulong y) =>
        Math.BigMul(x, words, out _) + (x * Unsafe.Add(ref words, 1)) +
        Math.BigMul(y, Unsafe.Add(ref words, 2), out _) + (y * Unsafe.Add(ref words, 3)) + Unsafe.Add(ref words, 4);

    /// <summary>
    /// Random words from the operating system. Identifiers come from it without a library of cryptography, which the
    /// agent would load for nothing else; their few fixed bits do not meet when one half is laid over the other.
    /// </summary>
    static ulong[] Draw()
    {
        ulong[] words = new ulong[Words];
        Span<byte> bytes = stackalloc byte[16];
        foreach (ref ulong word in words.AsSpan())
        {
            Guid.NewGuid().TryWriteBytes(bytes);
            word = MemoryMarshal.Read<ulong>(bytes) ^
                ulong.RotateLeft(MemoryMarshal.Read<ulong>(bytes[8..]), 32);
        }

        return words;
    }

    /// <summary>Drawn when the first long text comes.</summary>
    static class Pieces
    {
        public static ulong[] Secret { get; } = Draw();
    }
}
