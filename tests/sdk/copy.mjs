// What the tests have the JavaScript SDK v3 do; the answer is one line of JSON.
import {
  CopySnapshotCommand, CreateTagsCommand, DescribeSnapshotsCommand, EC2Client,
  paginateDescribeSnapshots, waitUntilSnapshotCompleted,
} from "@aws-sdk/client-ec2";
import { DescribeKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";

const [action, ...given] = process.argv.slice(2);
const ec2 = new EC2Client({ region: "us-east-1" });
const kms = new KMSClient({ region: "us-east-1" });

async function wait(id) {
  const limits = { client: ec2, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };
  const waited = await waitUntilSnapshotCompleted(limits, { SnapshotIds: [id] });
  return waited.state;
}

const actions = {
  copy: async (source, options) => (await ec2.send(new CopySnapshotCommand({
    SourceRegion: "us-west-2", SourceSnapshotId: source, ...JSON.parse(options),
  }))).SnapshotId,
  wait,
  describe: async (id) => (
    await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))
  ).Snapshots[0],
  pages: async () => {
    const sizes = [];
    const pages = paginateDescribeSnapshots({ client: ec2, pageSize: 5 }, { OwnerIds: ["self"] });
    for await (const page of pages) sizes.push(page.Snapshots.length);
    return sizes;
  },
  filter: async (name, value) => (await ec2.send(new DescribeSnapshotsCommand({
    OwnerIds: ["self"], Filters: [{ Name: name, Values: [value] }],
  }))).Snapshots.map((snapshot) => snapshot.SnapshotId),
  tag: async (id, key, value) => {
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: key, Value: value }] }));
    return true;
  },
  disable: async (id) => {
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    return (await kms.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata.KeyState;
  },
};

try {
  console.log(JSON.stringify({ value: await actions[action](...given) }));
} catch (error) {
  console.log(JSON.stringify({ error: error.name, message: error.message }));
}
