using CsCheck;
using Presage.Storage;
using Presage.Tests.Support;
using Xunit;
using ZstdSharp;

namespace Presage.Tests.Storage;

public sealed class StoredFrameTests
{
    [Fact]
    public void What_is_found_is_what_unpacking_gives() =>
        Gen.Select(Gen.Byte.Array[0, 3000], Gen.Byte).Sample((random, same) =>
        {
            byte[][] contents = [random, [.. random.Select(_ => same)], [.. random, .. random]];
            foreach (byte[] content in contents)
            {
                using var compressor = new Compressor(1);
                byte[] frame = compressor.Wrap(content).ToArray();
                if (StoredFrame.TryFind(frame, out var found))
                {
                    Assert.Equal(content, found.ToArray());
                }

                if (frame.Length > 3)
                {
                    Assert.False(StoredFrame.TryFind(frame.AsSpan(1), out _));
                    Assert.False(StoredFrame.TryFind(frame.AsSpan(0, frame.Length - 1), out _));
                }
            }
        });

    [Fact]
    public void Bytes_that_do_not_compress_are_found()
    {
        var generator = new SeededGenerator(1);
        byte[] content = [.. Enumerable.Range(0, 30_000).Select(_ => (byte)generator.Bits())];
        using var compressor = new Compressor(1);
        Assert.True(StoredFrame.TryFind(compressor.Wrap(content), out var found));
        Assert.Equal(content, found.ToArray());
    }
}
