using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>
/// A folder that a newer version of Presage wrote is refused with the file and both versions named, and no byte of it
/// is changed: cutting or setting aside what one does not know would lose it.
/// </summary>
public sealed class NewerFormatTests
{
    const long Start = StoreFixture.StartMs;

    [Fact]
    public Task A_newer_journal_is_refused_and_left_as_it_is() => CheckAsync(static folder =>
    {
        string path = StoreFiles.NewestSegment(folder);
        byte[] bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), JournalFormat.Version + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(16), (uint)XxHash3.HashToUInt64(bytes.AsSpan(0, 16)));
        File.WriteAllBytes(path, bytes);
        return path;
    });

    [Fact]
    public Task A_newer_block_is_refused_and_left_as_it_is() => CheckAsync(static folder =>
    {
        string path = Assert.Single(Directory.GetFiles(Path.Combine(folder, "blocks")));
        byte[] bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), BlockFormat.Version + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(bytes.Length - BlockFormat.FooterBytes + BlockFormat.VersionInFooter),
            BlockFormat.Version + 1);
        File.WriteAllBytes(path, bytes);
        return path;
    });

    [Fact]
    public Task A_newer_list_of_deletions_is_refused_and_left_as_it_is() => CheckAsync(static folder =>
    {
        string path = Path.Combine(folder, "tombstones.json");
        File.WriteAllText(path, """{"version": 3, "tombstones": "told otherwise", "end": 3}""");
        return path;
    });

    [Fact]
    public Task A_newer_replacement_is_refused_and_left_as_it_is() => CheckAsync(static folder =>
    {
        string path = Path.Combine(folder, "one.replacement");
        byte[] lines = Encoding.UTF8.GetBytes("presage replacement 2\nadd blocks/one.block\n");
        File.WriteAllBytes(path, [.. lines, .. Encoding.UTF8.GetBytes($"end {XxHash3.HashToUInt64(lines):x16}\n")]);
        return path;
    });

    static async Task CheckAsync(Func<string, string> alter)
    {
        await using var fixture = new StoreFixture();
        await fixture.AppendAsync("a", 1, Start, 1);
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.AppendAsync("a", 1, Start + 1000, 2);
        await fixture.CloseAsync();
        string altered = alter(fixture.Folder);
        var before = FilesOf(fixture.Folder);

        var refused = Assert.Throws<NewerFormatException>(fixture.Open);
        Assert.Contains(altered, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Start that version", refused.Message, StringComparison.Ordinal);
        if (altered.EndsWith(".block", StringComparison.Ordinal))
        {
            Assert.Throws<NewerFormatException>(() => DataFolder.Open(fixture.Folder));
        }

        Assert.Equal(before, FilesOf(fixture.Folder));
    }

    static SortedDictionary<string, string> FilesOf(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(static path => Path.GetFileName(path) != "presage.lock")
            .ToDictionary(static path => path, static path => Convert.ToHexString(File.ReadAllBytes(path))));
}
