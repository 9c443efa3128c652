using Presage.Storage;

namespace Presage.Tests.Storage;

/// <summary>
/// The real disk with a hook before every operation that changes it; the hook throws what a broken disk throws.
/// </summary>
sealed class BreakableDisk(Action<DiskOperation, string> before) : Disk
{
    static readonly LocalDisk Real = LocalDisk.Instance;

    public override void CreateFolder(string folder)
    {
        before(DiskOperation.CreateFolder, folder);
        Real.CreateFolder(folder);
    }

    public override IDisposable Lock(string folder) => Real.Lock(folder);

    public override IReadOnlyList<string> Files(string folder, string ending) => Real.Files(folder, ending);

    public override IReadOnlyList<string> Folders(string folder) => Real.Folders(folder);

    public override bool Exists(string path) => Real.Exists(path);

    public override bool FolderExists(string folder) => Real.FolderExists(folder);

    public override long LengthOf(string path) => Real.LengthOf(path);

    public override DiskFile Create(string path)
    {
        before(DiskOperation.Create, path);
        return new BreakableFile(Real.Create(path), path, before);
    }

    public override DiskFile Open(string path) => Real.Open(path);

    public override DiskFile OpenForWriting(string path)
    {
        before(DiskOperation.OpenForWriting, path);
        return new BreakableFile(Real.OpenForWriting(path), path, before);
    }

    public override MappedFile Map(string path) => Real.Map(path);

    public override void Move(string from, string to, bool overwrite)
    {
        before(DiskOperation.Move, to);
        Real.Move(from, to, overwrite);
    }

    public override void Link(string existing, string name)
    {
        before(DiskOperation.Link, name);
        Real.Link(existing, name);
    }

    public override void Delete(string path)
    {
        before(DiskOperation.Delete, path);
        Real.Delete(path);
    }

    public override void DeleteFolder(string folder)
    {
        before(DiskOperation.DeleteFolder, folder);
        Real.DeleteFolder(folder);
    }

    public override void SyncFolder(string folder)
    {
        before(DiskOperation.SyncFolder, folder);
        Real.SyncFolder(folder);
    }

    public override long FreeBytes(string folder) => Real.FreeBytes(folder);

    sealed class BreakableFile(DiskFile file, string path, Action<DiskOperation, string> before) : DiskFile
    {
        public override long Length => file.Length;

        public override int Read(Span<byte> bytes, long offset) => file.Read(bytes, offset);

        public override void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            before(DiskOperation.Write, path);
            file.Write(bytes, offset);
        }

        public override void Allocate(long offset, long length)
        {
            before(DiskOperation.Allocate, path);
            file.Allocate(offset, length);
        }

        public override void Truncate(long length)
        {
            before(DiskOperation.Truncate, path);
            file.Truncate(length);
        }

        public override void Sync()
        {
            before(DiskOperation.Sync, path);
            file.Sync();
        }

        public override void Dispose() => file.Dispose();
    }
}
