using CsCheck;
using Presage.Protocols.Prometheus;
using Snappier;
using Xunit;

namespace Presage.Tests.Protocols;

/// <summary>Our way of opening a snappy block against the library's.</summary>
public sealed class SnappyBlockTests
{
    /// <summary>Texts with repeats near and far, and long runs of one byte.</summary>
    static readonly Gen<byte[]> AnyMessage = Gen.OneOf(
        Gen.Byte.Array[0, 400],
        Gen.Select(Gen.Byte.Array[1, 90], Gen.Int[1, 60], static (part, times) =>
            Enumerable.Repeat(part, times).SelectMany(static p => p).ToArray()),
        Gen.Select(Gen.Byte[97, 99].Array[1, 3_000], Gen.Byte.Array[0, 70], static (a, b) => a.Concat(b).ToArray()));

    [Fact]
    public void What_the_library_wrote_is_read() => AnyMessage.Sample(message =>
    {
        byte[] read = new byte[message.Length];
        Assert.True(SnappyBlock.TryDecompress(BehindLength(Snappy.CompressToArray(message)), read));
        Assert.Equal(message, read);
    }, iter: 5_000);

    /// <summary>Of what ours refuses the library has the last word: it forgives a literal that is cut off.</summary>
    [Fact]
    public void What_is_read_of_broken_blocks_the_library_reads_alike() =>
        Gen.Select(AnyMessage, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 4], Gen.Int[0, 3])
            .Sample((message, mutations, cut) =>
            {
                byte[] body = Snappy.CompressToArray(message);
                int prefix = body.Length - BehindLength(body).Length;
                foreach (var (at, value) in mutations)
                {
                    if (body.Length > prefix)
                    {
                        body[prefix + (at % (body.Length - prefix))] = value;
                    }
                }

                body = body[..Math.Max(prefix, body.Length - cut)];
                byte[] theirs = new byte[message.Length], ours = new byte[message.Length];
                if (SnappyBlock.TryDecompress(BehindLength(body), ours))
                {
                    Assert.True(IsRead(body, theirs));
                    Assert.Equal(theirs, ours);
                }
            }, iter: 20_000);

    [Theory]
    [InlineData(new byte[] { 0x01, 0x00 }, "a copy from before the beginning")]
    [InlineData(new byte[] { 0x00, 0x61, 0x01, 0x00 }, "a copy from no distance")]
    [InlineData(new byte[] { 0xFC, 0xFF, 0xFF, 0xFF, 0xFF }, "a literal of 4 GiB")]
    [InlineData(new byte[] { 0xF0 }, "a length that is cut off")]
    [InlineData(new byte[] { 0x04, 0x61 }, "a literal that is cut off")]
    [InlineData(new byte[] { 0x00, 0x61, 0x02, 0x01 }, "a distance that is cut off")]
    [InlineData(new byte[] { 0x00, 0x61, 0xFE, 0x01, 0x00 }, "more than announced")]
    public void A_block_is_refused_for(byte[] block, string reason) =>
        Assert.False(SnappyBlock.TryDecompress(block, new byte[8]), reason);

    static bool IsRead(byte[] body, byte[] message)
    {
        try
        {
            return Snappy.TryDecompress(body, message, out int written) && written == message.Length;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    static ReadOnlySpan<byte> BehindLength(byte[] body) =>
        body.AsSpan(1 + body.AsSpan().IndexOfAnyInRange((byte)0, (byte)0x7F));
}
