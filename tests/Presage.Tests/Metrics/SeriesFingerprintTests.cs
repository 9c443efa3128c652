using System.Text;
using CsCheck;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Metrics;

/// <summary>Series are found by fingerprints alone, so every byte and the length have to count.</summary>
public sealed class SeriesFingerprintTests
{
    [Fact]
    public void Vectors_and_words_give_the_same() =>
        Gen.Byte.Array[0, 1024].Sample(static key =>
            Assert.Equal(UniversalHash.Of(key, byVectors: false), UniversalHash.Of(key, byVectors: true)));

    [Fact]
    public void Every_bit_of_a_key_counts()
    {
        foreach (int length in (int[])[1, 15, 31, 32, 33, 63, 64, 65, 150, 1023, 1024, 1025, 2050, 65_536])
        {
            byte[] key = new byte[length];
            var seen = new HashSet<SeriesFingerprint> { SeriesFingerprint.Of(key) };
            int step = Math.Max(length / 256, 1);
            int bits = 0;
            for (int i = 0; i < length; i += step, bits++)
            {
                key[i] ^= (byte)(1 << (i & 7));
                Assert.True(seen.Add(SeriesFingerprint.Of(key)), $"byte {i} of {length}");
                key[i] ^= (byte)(1 << (i & 7));
            }

            Assert.Equal(bits + 1, seen.Count);
        }
    }

    [Fact]
    public void Zeros_of_every_length_differ()
    {
        byte[] zeros = new byte[3000];
        var seen = new HashSet<SeriesFingerprint>();
        for (int length = 0; length <= zeros.Length; length++)
        {
            Assert.True(seen.Add(SeriesFingerprint.Of(zeros.AsSpan(0, length))), $"length {length}");
        }
    }

    [Fact]
    public void Pieces_in_another_order_are_another_text()
    {
        byte[] one = new byte[4096], other = new byte[4096];
        one.AsSpan(0, 1024).Fill(1);
        other.AsSpan(1024, 1024).Fill(1);
        Assert.NotEqual(SeriesFingerprint.Of(one), SeriesFingerprint.Of(other));
    }

    [Fact]
    public void Neither_half_repeats_among_similar_keys()
    {
        // Each half repeats by chance once in 10^9 runs at this count.
        const int Count = 100_000;
        var places = new HashSet<ulong>();
        var checks = new HashSet<ulong>();
        for (int i = 0; i < Count; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes($"node_cpu_seconds_total instance server-{i:D6} job node mode idle");
            var fingerprint = SeriesFingerprint.Of(key);
            Assert.Equal(fingerprint, SeriesFingerprint.Of(key));
            places.Add(fingerprint.Place);
            checks.Add(fingerprint.Check);
        }

        Assert.Equal((Count, Count), (places.Count, checks.Count));
    }
}
